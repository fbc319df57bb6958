"""Google over HTTP: the only package that knows its addresses, its errors and its upload protocol."""
