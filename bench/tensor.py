"""Training steps a second of PyTorch on one thread: python3 tensor.py <seconds>; one JSON line a network."""
import json, os, sys, time
os.environ.setdefault('OMP_NUM_THREADS', '1')
os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
import torch
from torch import nn
torch.set_num_threads(1)
torch.manual_seed(0)
seconds = float(sys.argv[1])
names = sys.argv[2:]
rows = 4096


class DeepONet(nn.Module):
    def __init__(self):
        super().__init__()
        self.branch = nn.Sequential(nn.Linear(100, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 64))
        self.trunk = nn.Sequential(nn.Linear(2, 128), nn.Tanh(), nn.Linear(128, 128), nn.Tanh(), nn.Linear(128, 64))

    def forward(self, u, at):
        return (self.branch(u) * self.trunk(at)).sum(1, keepdim=True)


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 32, batch_first=True)
        self.head = nn.Linear(32, 1)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(8, 64)
        self.encoder = nn.TransformerEncoderLayer(64, 4, 128, dropout=0.0, batch_first=True)
        self.head = nn.Linear(64, 1)

    def forward(self, x):
        return self.head(self.encoder(self.embed(x)).mean(1))


class Gcn(nn.Module):
    """Two layers over a graph of 500 nodes and 4000 edges, messages summed at their ends."""
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(32, 64), nn.Linear(64, 1)
        edges = torch.arange(4000)
        self.source, self.target = edges * 7919 % 500, edges * 104729 % 499

    def spread(self, h):
        return torch.zeros(500, h.shape[1]).index_add(0, self.target, h[self.source]) / 8

    def forward(self, x):
        return self.second(self.spread(torch.relu(self.first(self.spread(x)))))


class Cnn(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv1d(4, 16, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2),
            nn.Conv1d(16, 32, 5, padding=2), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(32, 1))


networks = {
    'mlp': (lambda: nn.Sequential(nn.Linear(32, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 1)), [(32,)], 128),
    'mlp_wide': (lambda: nn.Sequential(nn.Linear(64, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 1)), [(64,)], 512),
    'deeponet': (DeepONet, [(100,), (2,)], 128),
    'cnn_1d': (Cnn, [(4, 128)], 32),
    'lstm': (Lstm, [(20, 8)], 32),
    'transformer': (Encoder, [(16, 8)], 32),
    'gcn': (Gcn, [(32,)], None),
}
torch.mm(torch.ones(8, 8), torch.ones(8, 8))
maps = open('/proc/self/maps').read() if os.path.exists('/proc/self/maps') else 'unknown'
# The reference BLAS that Debian installs alone is ten times slower: no peer.
blas = next((each for each in ['openblas', 'mkl', 'blis', 'atlas', 'unknown'] if each in maps), 'reference')
for name in names:
    build, shapes, batch = networks[name]
    model = build()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    count = rows if batch else 500
    inputs = [torch.randn(count, *shape) for shape in shapes]
    target = torch.randn(count, 1)

    def step(at):
        if batch:
            own = order[at * batch % (rows - batch):][:batch]
            given, wanted = [x[own] for x in inputs], target[own]
        else:
            given, wanted = inputs, target
        optimiser.zero_grad(set_to_none=True)
        nn.functional.mse_loss(model(*given), wanted).backward()
        optimiser.step()

    order = torch.randperm(rows)
    for at in range(20):
        step(at)
    began, cpu, steps = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - began < seconds:
        step(steps)
        steps += 1
    wall = time.perf_counter() - began
    print(json.dumps({'name': name, 'steps_per_s': steps / wall, 'per_cpu_s': steps / (time.process_time() - cpu), 'version': torch.__version__, 'blas': blas}), flush=True)
