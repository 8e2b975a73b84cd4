"""What a contract, its result and its faults are in words, in three languages. Templates with named parts, pure."""
