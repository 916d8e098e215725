"""Coupons and prices by country."""
