"""True and altered claims: are the false ones found?"""
