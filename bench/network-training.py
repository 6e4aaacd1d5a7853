"""Training steps a second of PyTorch on one thread, the networks of engines/learn: python3 network-training.py <seconds> <network ...>."""
import json, math, os, sys, time
os.environ.setdefault('OMP_NUM_THREADS', '1')
os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
import torch
import torch.nn.functional as F
from torch import nn
torch.set_num_threads(1)
torch.manual_seed(0)
seconds = float(sys.argv[1])
names = sys.argv[2:]
rows, batch = 1024, 32


class ChannelNorm(nn.LayerNorm):
    def forward(self, x):
        return F.relu(super().forward(x.movedim(1, -1)).movedim(-1, 1))


class Block(nn.Module):
    def __init__(self, conv, inputs, outputs, kernel, dilation):
        super().__init__()
        options = {'padding': dilation * (kernel // 2), 'dilation': dilation}
        self.norm1, self.norm2 = ChannelNorm(inputs), ChannelNorm(outputs)
        self.first = conv(inputs, outputs, kernel, **options)
        self.second = conv(outputs, outputs, kernel, **options)
        self.around = conv(inputs, outputs, 1) if inputs < outputs else None

    def forward(self, x):
        x = x if self.around is None else F.avg_pool2d(x, 2)
        seen = self.norm1(x)
        around = x if self.around is None else self.around(seen)
        return around + self.second(self.norm2(self.first(seen)))


class Residual(nn.Module):
    def __init__(self, conv, channels, blocks, kernel):
        super().__init__()
        self.stem = conv(channels, blocks[0][0], kernel, padding=kernel // 2)
        self.blocks = nn.Sequential(*[Block(conv, *block[:2], kernel, *block[2:]) for block in blocks])
        self.norm, self.head = ChannelNorm(blocks[-1][1]), nn.Linear(blocks[-1][1], 1)

    def forward(self, x):
        return self.head(self.norm(self.blocks(self.stem(x.movedim(-1, 1)))).flatten(2).mean(2))


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.cell, self.head = kind(8, 32, batch_first=True), nn.Linear(32, 1)

    def forward(self, x):
        return self.head(self.cell(x)[0][:, -1])


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(8, 64)
        self.encoder = nn.TransformerEncoderLayer(64, 4, 128, 0.0, 'gelu', batch_first=True, norm_first=True)
        self.norm, self.head = nn.LayerNorm(64), nn.Linear(64, 1)
        places, channels = torch.arange(16)[:, None], torch.arange(64)[None]
        angle = places / 10000 ** ((channels - channels % 2) / 64)
        self.places = torch.where(channels % 2 == 0, torch.sin(angle), torch.cos(angle))

    def forward(self, x):
        return self.head(self.norm(self.encoder(self.embed(x) + self.places)).mean(1))


class Graph(nn.Module):
    """500 nodes, edges both ways; sums by index_add, as graph libraries do."""
    def __init__(self, kind):
        super().__init__()
        at = torch.arange(2000)
        both = set(zip((at * 7919 % 500).tolist(), (at * 104729 % 499).tolist()))
        both = {(a, b) for a, b in both | {(b, a) for a, b in both} if a != b}
        if kind != 'sage':
            both |= {(node, node) for node in range(500)}
        self.source, self.target = torch.tensor(sorted(both)).T
        self.kind = kind
        degree = torch.zeros(500).index_add(0, self.target, torch.ones(len(both)))
        self.weight = (degree[self.source] * degree[self.target]).rsqrt() if kind == 'gcn' else 1 / degree[self.target]
        self.own = nn.ModuleList([nn.Linear(32, 64, bias=kind != 'gat') for _ in range(1)] + [nn.Linear(64, 64)])
        self.near = nn.ModuleList([nn.Linear(32, 64, bias=False), nn.Linear(64, 64, bias=False)])
        self.ends = nn.ParameterList([nn.Parameter(torch.randn(4, 16) / 4) for _ in range(4)])
        self.biases = nn.ParameterList([nn.Parameter(torch.zeros(64)) for _ in range(2)])
        self.head = nn.Linear(64, 1)

    def spread(self, h):
        return torch.zeros_like(h).index_add(0, self.target, h[self.source] * self.weight[:, None])

    def attend(self, h, at):
        h = (h @ self.near[at].weight.T).reshape(500, 4, 16)
        to, of = (h * self.ends[2 * at]).sum(2), (h * self.ends[2 * at + 1]).sum(2)
        score = F.leaky_relu(to[self.target] + of[self.source], 0.2)
        place = self.target[:, None].expand(-1, 4)
        most = torch.full((500, 4), -math.inf).scatter_reduce(0, place, score.detach(), 'amax')
        raised = torch.exp(score - most[self.target])
        share = raised / torch.zeros(500, 4).index_add(0, self.target, raised)[self.target]
        return torch.zeros(500, 64).index_add(0, self.target, (h[self.source] * share[:, :, None]).flatten(1)) + self.biases[at]

    def forward(self, x):
        for at in range(2):
            if self.kind == 'gcn':
                x = F.relu(self.own[at](self.spread(x)))
            elif self.kind == 'sage':
                x = F.relu(self.own[at](x) + self.near[at](self.spread(x)))
            else:
                x = F.elu(self.attend(x, at))
        return self.head(x)


networks = {
    'mlp': (lambda: nn.Sequential(nn.Linear(32, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 1)), (32,)),
    'convolution_1d': (lambda: Residual(nn.Conv1d, 4, [(32, 32, 1), (32, 32, 2)], 5), (64, 4)),
    'convolution_2d': (lambda: Residual(nn.Conv2d, 1, [(16, 16, 1), (16, 32, 1)], 3), (12, 12, 1)),
    'lstm': (lambda: Recurrent(nn.LSTM), (20, 8)),
    'gru': (lambda: Recurrent(nn.GRU), (20, 8)),
    'transformer_encoder': (Encoder, (16, 8)),
    'gcn': (lambda: Graph('gcn'), None),
    'sage': (lambda: Graph('sage'), None),
    'gat': (lambda: Graph('gat'), None),
}
torch.mm(torch.ones(8, 8), torch.ones(8, 8))
maps = open('/proc/self/maps').read() if os.path.exists('/proc/self/maps') else 'unknown'
# The reference BLAS that Debian installs alone is ten times slower: no peer.
blas = next((each for each in ['openblas', 'mkl', 'blis', 'atlas', 'unknown'] if each in maps), 'reference')
for name in names:
    build, shape = networks[name]
    model = build()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-5)
    x = torch.randn(rows, *shape) if shape else torch.randn(500, 32)
    y = torch.randn(len(x), 1)
    order = torch.randperm(rows)

    def step(at):
        given, wanted = x, y
        if shape:
            own = order[at * batch % rows:][:batch]
            given, wanted = x[own], y[own]
        optimiser.zero_grad(set_to_none=True)
        F.mse_loss(model(given), wanted).backward()
        nn.utils.clip_grad_norm_([each for each in model.parameters() if each.grad is not None], 1.0)
        optimiser.step()

    for at in range(20):
        step(at)
    began, cpu, steps = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - began < seconds:
        step(steps)
        steps += 1
    print(json.dumps({'name': name, 'per_cpu_s': steps / (time.process_time() - cpu), 'version': torch.__version__, 'blas': blas}), flush=True)
