"""`ragline eval`: measurements on labelled data or on the user's own."""
