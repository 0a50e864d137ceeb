"""The processes that share one training, and the line in which their end is reported.

This is data parallelism: every process has the whole model and the whole data set, and computes
with its share of the rows.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import torch
import torch.distributed as dist

# Its functions have the group that is there at the import as a default, and so keep it alive past
# its end: gloo's threads can then abort a finished run. DDP and the optimizers import it late.
import torch.distributed.nn.functional

from common.distributed.torchrun_env import process_count, restart_count, restarts_allowed
from data.errors import UserError

# A process that does not answer for so long counts as lost.
TIMEOUT = timedelta(minutes=2)


@contextmanager
def process_group() -> Iterator[int]:
    """In the `with` block, the processes of torchrun are one group. Yields this one's rank, from 0.

    Raises:
        UserError: as the block does, and where another process is lost; in the first process of
            each machine to know. The others leave with exit code 2.
    """
    if process_count() == 1:
        yield 0
        return
    store, rank, count = next(iter(dist.rendezvous("env://", timeout=TIMEOUT)))
    store.set(restarts_of(os.environ["GROUP_RANK"]), str(restart_count()))
    # The addresses that processes of an earlier start have left there belong to nobody now.
    group_store = dist.PrefixStore(f"restart {restart_count()}", store)
    backend = "cpu:gloo"
    if torch.cuda.is_available() and dist.is_nccl_available():
        backend += ",cuda:nccl"
    try:
        dist.init_process_group(
            backend, store=group_store, rank=rank, world_size=count, timeout=TIMEOUT
        )
        yield rank
    except UserError:
        if not _claims_error_report(group_store):
            raise SystemExit(2) from None
        raise
    except RuntimeError as error:
        if not _is_loss(error):
            raise
        if not _claims_error_report(group_store):
            raise SystemExit(2) from None
        raise UserError(
            f"process {rank} of {count}: another process of this training has ended, or has not"
            f" answered for {TIMEOUT.total_seconds():.0f} seconds; {recovery_hint(store)}"
        ) from None
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()


def recovery_hint(store: dist.Store) -> str:
    """What is to be done about a lost process. The store knows each machine's restarts."""
    machines = [restarts_of(str(number)) for number in range(int(os.environ["GROUP_WORLD_SIZE"]))]
    restarts = []
    with suppress(RuntimeError):  # the store has ended with its machine
        if store.check(machines):
            restarts = store.multi_get(machines)
    if len(set(restarts)) > 1:
        return (
            f"the machines have restarted it {b', '.join(restarts).decode()} times and do not find"
            " each other: end torchrun on all of them, and start it again, with --resume if the"
            " run folder holds a checkpoint"
        )
    if restart_count() < restarts_allowed():
        return "torchrun starts it again"
    return "start it again, on every machine, with --resume if the run folder holds a checkpoint"


def restarts_of(machine: str) -> str:
    """The key of a machine's number of restarts in the store."""
    return f"restarts of machine {machine}"


def _claims_error_report(store: dist.Store) -> bool:
    """Whether no other process of this machine has reported why the training ends."""
    try:
        return store.add(f"reported on machine {os.environ['GROUP_RANK']}", 1) == 1
    except RuntimeError:  # the store has ended with its machine
        return True


def _is_loss(error: RuntimeError) -> bool:
    words = str(error).lower()
    return isinstance(error, dist.DistError) or "gloo" in words or "nccl" in words


def is_distributed() -> bool:
    """Whether this process shares its training with others."""
    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1


def share(count: int) -> slice:
    """The rows of this process: of n, process r of p takes n r / p to n (r + 1) / p.

    Where there are fewer rows than processes, some have none.
    """
    r, p = dist.get_rank(), dist.get_world_size()
    return slice(count * r // p, count * (r + 1) // p)
