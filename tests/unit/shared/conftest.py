import pytest

pytest.register_assert_rewrite("ragline.testing.store_contract")
