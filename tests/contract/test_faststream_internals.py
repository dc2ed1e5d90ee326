"""Ordered commit extends FastStream from inside: an upgrade must fail here, loudly, first."""

from __future__ import annotations

import inspect
from importlib.metadata import version

from aiokafka.conn import AIOKafkaConnection, OAuthAuthenticator
from aiokafka.consumer.consumer import AIOKafkaConsumer
from aiokafka.consumer.fetcher import Fetcher, FetchResult, PartitionRecords
from aiokafka.consumer.group_coordinator import GroupCoordinator
from faststream import AckPolicy
from faststream._internal.broker.broker import BrokerUsecase
from faststream._internal.endpoint.subscriber.usecase import SubscriberUsecase
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import DefaultSubscriber, LogicSubscriber

from ragline.messaging.ordered import OrderedCommitSubscriber


def test_faststream_is_the_version_that_this_was_proven_on() -> None:
    assert version("faststream") == "0.7.8"


def test_the_factory_makes_the_subscriber_that_is_extended() -> None:
    broker = KafkaBroker("localhost:9", logger=None)
    made = broker.subscriber("topic", group_id="group", ack_policy=AckPolicy.MANUAL)
    assert type(made) is DefaultSubscriber
    made.__class__ = OrderedCommitSubscriber  # the layouts are compatible


def test_the_loop_hands_each_record_to_consume_one_without_a_pause_in_between() -> None:
    source = inspect.getsource(LogicSubscriber._run_consume_loop)
    assert "msg = await self.get_msg(consumer)" in source
    assert "await self.consume_one(msg)" in source
    assert "consumer.getone()" in inspect.getsource(DefaultSubscriber.get_msg)


def test_the_position_moves_with_a_record_and_over_what_is_none() -> None:
    """Between the move and `consume_one` nothing is awaited, so a commit cannot come in between."""
    position = inspect.getsource(AIOKafkaConsumer.position)
    assert "tp_state = assignment.state_value(partition)" in position
    assert "return tp_state.position" in position
    assert "return message" in inspect.getsource(Fetcher.next_record)
    assert "await" not in inspect.getsource(FetchResult)
    unpack = inspect.getsource(PartitionRecords._unpack_records)
    control = unpack.index("if next_batch.is_control_batch:\n")
    assert "self.next_fetch_offset = next_batch.next_offset" in unpack[control : control + 200]


def test_how_long_a_fetch_may_be_held_is_read_for_each() -> None:
    actions = inspect.getsource(Fetcher._get_actions_per_node)
    assert "if tp in self._records:" in actions
    assert "elif tp_state.paused:" in actions
    assert actions.index("FetchRequest(") < actions.index("self._fetch_max_wait_ms,")
    assert "self._get_actions_per_node(assignment)" in inspect.getsource(
        Fetcher._fetch_requests_routine
    )


def test_start_uses_the_listener_and_stop_leaves_the_group() -> None:
    start = inspect.getsource(LogicSubscriber.start)
    assert "listener=self._listener" in start
    assert "self.add_task(self._run_consume_loop" in start
    assert "await self.consumer.stop()" in inspect.getsource(LogicSubscriber.stop)


def test_the_commits_metadata_can_be_read_where_the_consumer_reads_its_offsets() -> None:
    committed = inspect.getsource(AIOKafkaConsumer.committed)
    assert "await self._coordinator.fetch_committed_offsets([partition])" in committed
    fetch = inspect.getsource(GroupCoordinator._do_fetch_commit_offsets)
    assert "offsets[tp] = OffsetAndMetadata(offset, metadata)" in fetch


def test_a_record_cannot_be_handed_out_twice_while_partitions_are_taken_over() -> None:
    """The callback may wait: the assignment is made before it, positions come from the commits."""
    completed = inspect.getsource(GroupCoordinator._on_join_complete)
    assigned = completed.index("assign_from_subscribed")
    assert assigned < completed.index("on_partitions_assigned")
    assert "await res" in completed


def test_a_member_without_a_name_leaves_its_group_and_the_name_is_read_then() -> None:
    leave = inspect.getsource(GroupCoordinator._maybe_leave_group)
    assert "if self.generation > 0 and self._group_instance_id is None:" in leave
    assert "await self._maybe_leave_group()" in inspect.getsource(GroupCoordinator.close)


def test_the_broker_starts_each_subscriber_which_may_have_started_already() -> None:
    start = inspect.getsource(BrokerUsecase.start)
    assert "for sub in self.subscribers:\n            await sub.start()" in start
    assert "self.running = True" in inspect.getsource(SubscriberUsecase._post_start)


def test_a_clients_exchange_with_tokens_is_the_one_that_is_extended() -> None:
    exchange = inspect.getsource(AIOKafkaConnection._do_sasl_handshake)
    assert "await authenticator.step(auth_bytes)" in exchange
    assert "OAuthAuthenticator(" in inspect.getsource(AIOKafkaConnection.authenticator_oauth)
    assert "if self._token_sent:" in inspect.getsource(OAuthAuthenticator.step)
