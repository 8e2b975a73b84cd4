"""A telephone exchange in memory, with its callers and telephones: for tests on virtual time, and for demonstrations.

time = VirtualTime(ManualClock())
exchange = Exchange(time, spool=folder)         # the world outside: goes on whatever happens to us
switch = MemorySwitch(exchange)                 # our line to it: implements `channels.switch.Switch`
phone = exchange.telephone("801", Behaviour(answer_after_s=2))
caller = exchange.call("4001", caller="13800006612", script=[press(3, "1"), hang_up(60)])
await time.run(5)
assert switch.exchange.hears(caller.leg) == {phone.line.leg}
"""
