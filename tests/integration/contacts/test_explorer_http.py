"""The explorer over HTTP: who sees what, filters, one contact, notes, and exports that equal the list (D5, ux 15, 17)."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from starlette.requests import HTTPConnection
from test_projector import S, T0, append, life, setup

from jietong.contacts import routes
from jietong.contacts.projector import ContactsProjector
from jietong.core.clock import ManualClock
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Database
from jietong.identity import tokens
from jietong.identity.model import SYSTEM
from jietong.identity.permissions import Role
from jietong.metrics import routes as metrics
from jietong.web.factory import Services, create_app
from jietong.web.server import listening
