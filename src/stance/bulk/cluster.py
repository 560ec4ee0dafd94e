"""The same run on a Ray cluster whose nodes see the same folders."""

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict

import pyarrow as pa

from stance.bulk.documents import Kind, Part
from stance.bulk.run import Run
from stance.bulk.shards import Settings, Shard, Tally, clear, finished, label_shard
from stance.errors import BulkError, StanceError


class _Labeller:
    """Lives in a worker, which loads the model once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, shards: pa.Table) -> pa.Table:
        failures = [self._label(_to_shard(row)) for row in shards["shard"].to_pylist()]
        return shards.append_column("failure", pa.array(failures, pa.string()))

    def _label(self, shard: Shard) -> str:
        # As a value, since Ray wraps errors in its own and tries again.
        try:
            label_shard(shard, self._settings)
        except StanceError as error:
            return str(error)
        return ""


def label_left_on_ray(run: Run, address: str | None = None, jobs: int | None = None) -> Iterator[Tally]:
    """Label the shards that are left on the cluster at `address`; what became of each, as they end.

    `jobs` is the number of workers, by default one a CPU of the cluster. One that dies is replaced.
    Raises `BulkError` where there is no cluster, or it gives up: finished shards stay.
    """
    try:
        import ray
        from ray.data import ActorPoolStrategy, DataContext, from_items
        from ray.exceptions import RayError
    except ImportError as error:
        raise BulkError("Ray is not installed; pip install 'stance[ray]'") from error
    if not run.left:
        return
    out = run.settings.out
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        way_out = "start one by `ray start --head`, or name it with --address"
        raise BulkError(f"{address or 'Ray'}: no cluster ({_first_line(error)}); {way_out}") from error
    try:
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # what fails is told here, in one line
        DataContext.get_current().enable_progress_bars = False
        workers = min(jobs or int(ray.cluster_resources().get("CPU", 1)), len(run.left))
        answers = from_items(
            [{"number": shard.number, "shard": json.dumps(asdict(shard))} for shard in run.left],
            override_num_blocks=len(run.left),
        ).map_batches(
            _Labeller,
            fn_constructor_args=(run.settings,),
            batch_size=1,
            batch_format="pyarrow",
            num_cpus=1,
            compute=ActorPoolStrategy(min_size=1, max_size=workers),
        )
        for row in answers.iter_rows():
            if row["failure"]:
                raise BulkError(row["failure"])
            if (tally := finished(out, row["number"])) is None:
                raise BulkError(f"{out}: the nodes of the cluster write elsewhere; name a folder that all share")
            yield tally
    except RayError as error:
        raise BulkError(
            f"Ray gave up ({_first_line(error)}); finished shards are kept: run again with --resume"
        ) from error
    finally:
        ray.shutdown()
        clear(out)


def _to_shard(text: str) -> Shard:
    row = json.loads(text)
    return Shard(row["number"], tuple(Part(**part | {"kind": Kind(part["kind"])}) for part in row["parts"]))


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
