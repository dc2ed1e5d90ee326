"""Creates, lists and checks API keys of the gateway. `ragline.api_keys` defines their form."""
