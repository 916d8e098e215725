"""What publisher_service promises to the others; each subject in a module of its own."""
