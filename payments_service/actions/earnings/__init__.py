"""What film-makers earn: counted, accrued, stated."""
