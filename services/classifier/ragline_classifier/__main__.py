from ragline.messaging.serve import serve
from ragline_classifier.app import SPEC

if __name__ == "__main__":
    serve(SPEC)
