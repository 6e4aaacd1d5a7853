"""
Golden values of PyTorch 1.13 (Debian 12: apt-get install python3-torch), in double: what each network for graphs gives for the
nodes of one weighted graph, written with matrices of nodes x nodes as the papers have it. Parameters are a plain sine by their
place in the list of names, so that the test can make the same ones; matrices of ours are [in, out].

    python3 pytorch.py > pytorch-1.13.json
"""
import json, math
import torch
import torch.nn.functional as F
torch.set_default_dtype(torch.float64)

edges = [(0, 1, 1.0), (1, 2, 2.0), (2, 0, 0.5), (2, 3, 1.0), (3, 4, 3.0)]
nodes = 6
adjacent = torch.zeros(nodes, nodes)
for a, b, weight in edges:
    adjacent[a, b] = adjacent[b, a] = weight
looped = adjacent + torch.eye(nodes)


def numbers(shape, index):
    return torch.tensor([math.sin(1.7 * at * at + index + 0.5 + at) for at in range(math.prod(shape))]).reshape(shape)


class Parameters(dict):
    def take(self, name, *shape):
        self[name] = list(shape)
        return numbers(shape, len(self))


def gcn(p, name, h):
    root = looped.sum(1).rsqrt()
    spread = root[:, None] * looped * root[None] @ h
    weight = p.take(f'{name}.weight', h.shape[1], 4)
    return F.relu(spread @ weight + p.take(f'{name}.bias', 4))


def sage(p, name, h):
    means = adjacent / adjacent.sum(1, keepdim=True).clamp(min=1e-300) @ h
    own, bias = p.take(f'{name}.weight', h.shape[1], 4), p.take(f'{name}.bias', 4)
    return F.relu(h @ own + bias + means @ p.take(f'{name}.near', h.shape[1], 4))


def gat(p, name, h):
    weight, bias = p.take(f'{name}.weight', h.shape[1], 4), p.take(f'{name}.bias', 4)
    to, of = p.take(f'{name}.to', 2, 2), p.take(f'{name}.from', 2, 2)
    spread = (h @ weight).reshape(nodes, 2, 2)
    results = []
    for head in range(2):
        own = spread[:, head]
        score = F.leaky_relu((own @ to[head])[:, None] + (own @ of[head])[None], 0.2)
        results.append(torch.softmax(score.masked_fill(looped == 0, -math.inf), 1) @ own)
    return F.elu(torch.cat(results, 1) + bias)


result = {'program': f'PyTorch {torch.__version__}', 'networks': {}}
for name, layer in {'gcn': gcn, 'sage': sage, 'gat': gat}.items():
    p = Parameters()
    h = numbers((nodes, 3), 0)
    for at in range(2):
        h = layer(p, f'layer{at}', h)
    outputs = (h @ p.take('head.weight', 4, 2) + p.take('head.bias', 2)).flatten().tolist()
    result['networks'][name] = {'parameters': p, 'outputs': [float(f'{each:.12g}') for each in outputs]}
print(json.dumps(result, indent=1))
