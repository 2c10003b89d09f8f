"""nn_dataflow's analytic loop-blocking solver on AlexNet (batch 16, one of two groups), row-stationary, 16 x 16 elements.

Prints, for each layer in turn, nothing, and at last the median of the seconds that all layers took.
"""

import statistics
import sys
import time

from nn_dataflow.core import Cost, FmapRange, FmapPosition, loop_blocking, MapStrategyEyeriss, MemHierEnum as me
from nn_dataflow.core import NodeRegion, Option, ParallelEnum as pe, PartitionScheme, PhyDim2, Resource, ConvLayer, FCLayer
from nn_dataflow.core import SchedulingConstraint, DataCategoryEnum as de

LAYERS = [
    ConvLayer(3, 48, 55, 11, 4), ConvLayer(48, 128, 27, 5), ConvLayer(256, 192, 13, 3), ConvLayer(192, 192, 13, 3),
    ConvLayer(192, 128, 13, 3), FCLayer(256, 4096, 6), FCLayer(4096, 4096), FCLayer(4096, 1000),
]
BATCH = 16
NODE = NodeRegion(dim=PhyDim2(1, 1), origin=PhyDim2(0, 0), type=NodeRegion.PROC)
MEMORY = NodeRegion(dim=PhyDim2(1, 1), origin=PhyDim2(0, 0), type=NodeRegion.DRAM)
CHIP = Resource(
    proc_region=NODE, dram_region=MEMORY, src_data_region=MEMORY, dst_data_region=MEMORY, dim_array=PhyDim2(16, 16),
    size_gbuf=65536, size_regf=256, array_bus_width=float('inf'), dram_bandwidth=float('inf'), no_time_mux=False)
MEM_HIER_COST = [0] * me.NUM
for level, price in [(me.DRAM, 200), (me.GBUF, 6), (me.ITCN, 2), (me.REGF, 1)]:
    MEM_HIER_COST[level] = price
COST = Cost(mac_op=1, mem_hier=tuple(MEM_HIER_COST), noc_hop=0, idl_unit=0)
OPTIONS = Option(sw_gbuf_bypass=(True,) * de.NUM, sw_solve_loopblocking=True)
PART = PartitionScheme(order=range(pe.NUM), pdims=[(1, 1)] * pe.NUM)


def search():
    for layer in LAYERS:
        best = None
        for nested in MapStrategyEyeriss(layer, BATCH, 1, CHIP.dim_array).gen_nested_loop_desc():
            for scheme in loop_blocking.gen_loopblocking(
                    nested, CHIP, PART, SchedulingConstraint(), COST, OPTIONS):
                if not scheme.is_valid():
                    continue
                cost = scheme.get_access_cost(COST) + COST.mac_op * scheme.ops
                best = cost if best is None or cost < best else best
        print(layer, best, file=sys.stderr)


times = []
for _ in range(5):
    start = time.perf_counter()
    search()
    times.append(time.perf_counter() - start)
print(statistics.median(times))
