"""Demo data for a first look: an association with its people and two weeks of mail. Invented, and only here."""
