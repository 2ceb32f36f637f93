"""Asking servers of DNS: politely, many at once, and so that no forged answer is believed."""

from sekisho.dnscheck.asking.client import Client
from sekisho.dnscheck.asking.hearing import Heard
from sekisho.dnscheck.asking.manners import POLITE, Figures, Manners
from sekisho.dnscheck.asking.server import Ask, Place, place_of

__all__ = ["POLITE", "Ask", "Client", "Figures", "Heard", "Manners", "Place", "place_of"]
