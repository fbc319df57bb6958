"""What the tables of an older system hold, read row by row; the apps say what becomes of each row."""
