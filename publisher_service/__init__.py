"""publisher_service: what people are told, and what goes out to the social networks."""
