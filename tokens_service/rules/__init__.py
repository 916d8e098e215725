"""What a code looks like, what makes a token genuine, and what it is good for."""
