"""The check-up: is what is installed complete, and can what it leans on be reached?"""
