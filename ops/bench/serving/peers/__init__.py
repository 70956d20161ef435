"""The peers: each module starts one server over the same data and asks it the same three questions."""
