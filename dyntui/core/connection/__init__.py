"""A Client for a folder or a remote: opened, paged, limited, kept from writing."""
