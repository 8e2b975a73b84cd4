"""Jietong 接通: an open operations platform for contact centres."""
