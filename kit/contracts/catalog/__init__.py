"""What catalog_service promises: films, shelves, search, playback, sync with the library."""
