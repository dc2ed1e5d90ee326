"""How much may come through the front door: requests a minute, bytes, origins."""
