"""Jobs: the pipelines that cross services, the events that start them, the API reference of all."""
