"""Film-makers are paid: where to, how much, and by whom it is approved."""
