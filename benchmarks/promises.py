"""What the README promises, and the tests that hold it. `tests/benchmarks/test_reliability.py` looks both up."""

from typing import NamedTuple


class Promise(NamedTuple):
    """`quote` are the README's own words; a test is FILE::NAME or FILE::CLASS::NAME."""

    quote: str
    tests: tuple[str, ...]

    @property
    def promise(self) -> str:
        return self.quote.strip("*")


STREAM, GRAPH, CLI = "tests/stream", "tests/graphstore", "tests/biorelay"

PROMISES: tuple[Promise, ...] = (
    Promise(
        "Kill any process: what was acknowledged comes out, once.",
        (
            "tests/chaos/test_chaos.py::test_nothing_is_lost_and_nothing_is_wrong",
            f"{STREAM}/test_kafka_faults.py::test_kill_9_in_mid_batch_loses_nothing",
            f"{STREAM}/test_kafka_processes.py::test_a_killed_child_loses_nothing",
            f"{GRAPH}/writing_contract.py::WritingContract::test_replay_changes_nothing",
        ),
    ),
    Promise(
        "A poison document costs itself only and can be replayed.",
        (
            f"{STREAM}/contract.py::StreamContract::test_garbage_costs_only_itself",
            f"{STREAM}/contract.py::StreamContract::test_dead_letters_are_replayed_after_a_fix",
            f"{STREAM}/test_kafka_faults.py::test_a_document_that_kills_workers_is_set_aside",
            f"{STREAM}/test_outages.py::test_a_document_that_hangs_is_set_aside_and_its_neighbours_go_on",
            f"{STREAM}/test_halving.py::test_the_guilty_are_found_in_few_attempts",
        ),
    ),
    Promise(
        "Streaming and batch give the same graph, to the byte.",
        (
            "tests/end_to_end/test_the_main_job.py::test_the_graph_equals_the_batch",
            "tests/end_to_end/test_the_main_job.py::test_killed_upon_the_first_write_and_restarted_it_is_equal_again",
        ),
    ),
    Promise(
        "**Takes facts back.**",
        (
            f"{STREAM}/contract.py::StreamContract::test_the_newest_state_of_a_document_wins",
            f"{STREAM}/contract.py::StreamContract::test_an_older_message_that_comes_late_changes_nothing",
            f"{GRAPH}/writing_contract.py::WritingContract::test_delete_leaves_only_a_marker",
            f"{GRAPH}/retraction_contract.py::RetractionContract::test_any_order_of_marks_notices_and_lists",
        ),
    ),
    Promise("**Shows the exact words.**", ("tests/processors/test_relations.py::test_relations_are_found_with_their_evidence",)),
    Promise(
        "**Keeps what is denied or only supposed apart.**",
        (
            f"{GRAPH}/writing_contract.py::WritingContract::test_polarities_are_counted_apart",
            "tests/end_to_end/test_polarity.py::test_denials_and_hedges_are_counted_apart_and_never_as_support",
        ),
    ),
    Promise(
        "**Counts papers, not mentions**",
        (
            f"{GRAPH}/writing_contract.py::WritingContract::test_papers_are_distinct_documents",
            f"{GRAPH}/support_contract.py::SupportContract::test_a_confidence_is_reckoned_by_hand",
        ),
    ),
    Promise(
        "**Tells you when the answer changes.**",
        (
            f"{GRAPH}/watch_contract.py::WatchContract::test_any_batch_tells_what_answering_before_and_after_it_gives",
            f"{STREAM}/test_watch.py::test_a_worker_that_is_killed_tells_again_with_the_same_id",
        ),
    ),
    Promise(
        "**Lives beside other graphs.**",
        (f"{GRAPH}/exchange_contract.py::ExchangeContract::test_imports_and_documents_never_touch_each_other",),
    ),
    Promise(
        "**Fits on a laptop.**",
        (
            "tests/packaging/test_wheel.py::test_wheel_holds_the_serving_rooms_and_their_data",
            "tests/benchmarks/test_edge.py::test_the_shipped_extractor_works_on_one_core_under_the_limit",
        ),
    ),
    Promise(
        "What it cannot read it names, with file, record and",
        (f"{CLI}/test_cli_extract.py::test_bad_records_keep_the_results_of_their_neighbours",),
    ),
    Promise(
        "any partitioner will do",
        (f"{STREAM}/contract.py::StreamContract::test_any_partitioner_will_do",),
    ),
    Promise(
        "started again, it goes on behind what it handled",
        (f"{STREAM}/contract.py::StreamContract::test_a_relation_stream_resumes",),
    ),
    Promise(
        "goes on where it was killed",
        (f"{CLI}/test_cli_publish.py::test_a_killed_publish_goes_on_where_it_stopped",),
    ),
)
