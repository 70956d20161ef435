"""What reading demand costs beside parsing its bytes."""
