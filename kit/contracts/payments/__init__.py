"""What payments_service promises: money, coins, what is sold and what film-makers earn."""
