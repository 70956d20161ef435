"""What an operation is: its text, its limits, who asks, and the answer."""
