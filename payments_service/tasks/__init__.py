"""What payments_service does by itself: one module per part, joined in app.py."""
