"""Jietong 接通: an open operations platform for contact centres."""

import os

# The matrices of forecasts are small, and beside an event loop on few cores the threads of a product only wait for
# each other: forty times slower on a busy machine. It must stand before numpy is first imported; who has set it
# otherwise is heard.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
