"""What payments_service refuses about revenue."""

from kit.errors import Invalid


class PeriodTooLong(Invalid):
    """Ask for a period that ends after it begins and is at most three years long."""
