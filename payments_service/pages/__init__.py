"""What payments_service prints: papers as PDF."""
