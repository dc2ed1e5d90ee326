"""Questions over HTTP: asked, looked up, cancelled."""
