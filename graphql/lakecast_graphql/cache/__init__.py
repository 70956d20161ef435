"""What was answered before: in this process, and in Redis for answers that are slow to make."""
