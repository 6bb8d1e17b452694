"""Publishes an event and gets its outcome, using only the code generated from proto/."""

import os
import sys

import grpc
from patchbay.event_fanout.v1 import events_pb2, events_pb2_grpc

address = sys.argv[1]
metadata = [("authorization", "Bearer " + os.environ["PATCHBAY_SERVICE_SECRET"])]

with grpc.insecure_channel(address) as channel:
    events = events_pb2_grpc.EventsStub(channel)
    event = events_pb2.PublishRequest(
        organization_id=7,
        resource="error",
        action="created",
        data_json='{"error":{"message":"Grüße"}}'.encode(),
        idempotency_key="python-1",
    )
    first = events.Publish(event, metadata=metadata, timeout=10)
    again = events.Publish(event, metadata=metadata, timeout=10)
    assert not first.duplicate and again.duplicate, (first, again)
    assert first.event_id == again.event_id

    explained = events.Explain(
        events_pb2.ExplainRequest(event_id=first.event_id), metadata=metadata, timeout=10
    )
    assert explained.event_type == "error.created", explained
    assert explained.organization_id == 7

    try:
        events.Publish(events_pb2.PublishRequest(organization_id=7, resource="x", action="y"), metadata=metadata, timeout=10)
        raise AssertionError("an unknown event type was accepted")
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error

    try:
        events.Publish(event, timeout=10)
        raise AssertionError("a call without the service secret was accepted")
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.UNAUTHENTICATED, error
