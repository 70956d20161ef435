"""How an operation is answered fast, and how it is known that the answer is the ordinary one."""
