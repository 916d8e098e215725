"""The two engines that come as wheels: PostgreSQL and Valkey, under one data directory."""
