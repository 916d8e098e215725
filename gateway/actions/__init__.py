"""What can be done with events and jobs. Each function is one transaction of its caller."""
