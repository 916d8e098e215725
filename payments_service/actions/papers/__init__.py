"""Invoices and credit notes: written once, read and printed at any time."""
