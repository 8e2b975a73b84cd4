"""The ways by which reports leave the house, one file each: `send` gives a Receipt or raises Failure."""
