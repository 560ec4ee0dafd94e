"""Many documents: files of them in, Arrow tables of statements out, on every core or on a cluster."""
