from ragline.contracts.topics import Service
from ragline.process import run_process
from ragline_gateway.app import run
from ragline_gateway.settings import Settings

if __name__ == "__main__":
    run_process(Service.GATEWAY, Settings, run)
