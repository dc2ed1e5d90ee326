"""`ragline eval`: measurements on labelled or own data."""
