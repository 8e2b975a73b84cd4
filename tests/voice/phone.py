"""A telephone for tests: a SIP user agent with null audio in a process of its own. JSON lines in, JSON lines out.

    phone.py ADDRESS PORT [--user U --password P --registrar HOST:PORT] [--play in.wav] [--record out_%n.wav] [--auto]

Runs pjsua2 (GPL), which nothing of the centre imports. Traps: at most four calls a process; its functions are called
from the main thread alone.
"""

import argparse
import json
import os
import queue
import sys
import threading
import time

import pjsua2 as pj

arguments = argparse.ArgumentParser()
arguments.add_argument("address")
arguments.add_argument("port", type=int)
arguments.add_argument("--user")
arguments.add_argument("--password")
arguments.add_argument("--registrar")
arguments.add_argument("--name")
arguments.add_argument("--play")
arguments.add_argument("--record")
arguments.add_argument("--auto", action="store_true")
arguments.add_argument("--codec")
given = arguments.parse_args()


def tell(**words):
    words["at"] = round(time.time(), 3)
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


endpoint = pj.Endpoint()
endpoint.libCreate()
settings = pj.EpConfig()
settings.logConfig.level = 0
settings.logConfig.consoleLevel = 0
settings.uaConfig.threadCnt = 0
settings.uaConfig.mainThreadOnly = True
settings.uaConfig.maxCalls = 4
settings.medConfig.noVad = True
settings.medConfig.ecTailLen = 0
endpoint.libInit(settings)
transport = pj.TransportConfig()
transport.port = given.port
transport.boundAddress = given.address
transport.publicAddress = given.address
endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
endpoint.libStart()
endpoint.audDevManager().setNullDev()
if given.codec:
    for codec in endpoint.codecEnum2():
        endpoint.codecSetPriority(codec.codecId, 255 if codec.codecId.lower().startswith(given.codec.lower()) else 0)
calls = {}


class Call(pj.Call):
    def __init__(self, account, call=pj.PJSUA_INVALID_ID):
        super().__init__(account, call)
        self.player = None
        self.recorder = None
        self.number = len(calls) + 1

    def onCallState(self, parameters):
        info = self.getInfo()
        tell(event="state", call=self.number, state=info.stateText, code=info.lastStatusCode, reason=info.lastReason)
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.player = None
            self.recorder = None

    def onCallMediaState(self, parameters):
        info = self.getInfo()  # kept: what it lists lives as long as it does
        for media in info.media:
            if media.type != pj.PJMEDIA_TYPE_AUDIO or media.status != pj.PJSUA_CALL_MEDIA_ACTIVE:
                continue
            audio = self.getAudioMedia(media.index)
            if given.play:
                if self.player is None:
                    self.player = pj.AudioMediaPlayer()
                    self.player.createPlayer(given.play)
                self.player.startTransmit(audio)
            if given.record:
                if self.recorder is None:
                    self.recorder = pj.AudioMediaRecorder()
                    self.recorder.createRecorder(given.record.replace("%n", str(self.number)))
                audio.startTransmit(self.recorder)
            tell(event="media", call=self.number, codec=self.getStreamInfo(media.index).codecName)

    def onDtmfDigit(self, parameters):
        tell(event="digit", call=self.number, digit=parameters.digit)

    def onCallTransferStatus(self, parameters):
        tell(event="transfer", call=self.number, code=parameters.statusCode, final=parameters.finalNotify)


class Account(pj.Account):
    def onRegState(self, parameters):
        tell(event="registered", code=parameters.code)

    def onIncomingCall(self, parameters):
        call = Call(self, parameters.callId)
        calls[call.number] = call
        tell(
            event="incoming",
            call=call.number,
            caller=call.getInfo().remoteUri,
            message=parameters.rdata.wholeMsg,
        )
        answer(call, 200 if given.auto else 180)


def answer(call, code):
    parameters = pj.CallOpParam()
    parameters.statusCode = code
    call.answer(parameters)


account = Account()
configuration = pj.AccountConfig()
name = f'"{given.name}" ' if given.name else ""
if given.registrar:
    configuration.idUri = f"{name}<sip:{given.user}@{given.registrar}>"
    configuration.regConfig.registrarUri = f"sip:{given.registrar}"
    configuration.regConfig.timeoutSec = 300
    configuration.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", given.user, 0, given.password))
else:
    configuration.idUri = f"{name}<sip:{given.user or 'anonymous'}@{given.address}:{given.port}>"
configuration.mediaConfig.transportConfig.boundAddress = given.address
configuration.mediaConfig.transportConfig.port = 32_000 + (given.port % 1000) * 20
configuration.mediaConfig.transportConfig.portRange = 200
account.create(configuration)

orders = queue.Queue()


def read_orders():
    for line in sys.stdin:
        orders.put(line)
    orders.put('{"do": "quit"}')


threading.Thread(target=read_orders, daemon=True).start()
tell(event="ready")
running = True
while running:
    endpoint.libHandleEvents(20)
    while not orders.empty():
        order = json.loads(orders.get())
        number = order.get("call", 1)
        try:
            match order["do"]:
                case "call":
                    call = Call(account)
                    calls[call.number] = call
                    parameters = pj.CallOpParam(True)
                    for key, value in order.get("headers", {}).items():
                        header = pj.SipHeader()
                        header.hName, header.hValue = key, value
                        parameters.txOption.headers.append(header)
                    call.makeCall(order["uri"], parameters)
                case "answer":
                    answer(calls[number], order.get("code", 200))
                case "press":
                    calls[number].dialDtmf(order["digits"])
                case "hold":
                    calls[number].setHold(pj.CallOpParam(True))
                case "resume":
                    parameters = pj.CallOpParam(True)
                    parameters.opt.flag = pj.PJSUA_CALL_UNHOLD
                    calls[number].reinvite(parameters)
                case "refer":
                    calls[number].xfer(order["uri"], pj.CallOpParam(True))
                case "attended":
                    calls[number].xferReplaces(calls[order["to"]], pj.CallOpParam(True))
                case "hang_up":
                    parameters = pj.CallOpParam(True)
                    parameters.statusCode = order.get("code", 0)
                    calls[number].hangup(parameters)
                case "unregister":
                    account.setRegistration(False)
                case "quit":
                    running = False
        except Exception as error:
            tell(event="error", order=order, error=str(error))
# A farewell in due form takes pjsua a second: what the other side needs to know is said, then the process ends.
endpoint.hangupAllCalls()
if given.registrar:
    account.setRegistration(False)
leaving = time.monotonic()
while time.monotonic() - leaving < (1.0 if given.registrar else 0.05):
    endpoint.libHandleEvents(10)
    if given.registrar and not account.getInfo().regIsActive:
        break
os._exit(0)
