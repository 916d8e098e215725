"""Third parties: mail servers, and whatever else carries a message to a person."""
