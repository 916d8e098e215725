"""Vouchers, gift cards and cash."""
