"""
Golden values of PyTorch 1.13 (Debian 12: apt-get install python3-torch), in double: what each network of tables gives for four
rows of three numbers, one of them with an indicator of missing ones, and two columns of codes with five places. Parameters
are a plain sine by their place in the list of names, so that the test can make the same ones; matrices of ours are [in, out].

    python3 pytorch.py > pytorch-1.13.json
"""
import json, math
import torch
import torch.nn.functional as F
torch.set_default_dtype(torch.float64)

rows = 4


def numbers(shape, index):
    values = [math.sin(1.7 * at * at + index + 0.5 + at) for at in range(math.prod(shape))]
    return torch.tensor(values).reshape(shape)


given = numbers((rows, 3), 0)
missing = torch.tensor([[0.0], [1.0], [0.0], [1.0]])
given[:, 1:2] *= 1 - missing
codes = torch.tensor([[2, 4], [0, 3], [3, 1], [2, 4]])


class Parameters(dict):
    def take(self, name, *shape):
        self[name] = list(shape)
        return numbers(shape, len(self))

    def dense(self, name, x, outputs):
        weight = self.take(f'{name}.weight', x.shape[-1], outputs)
        return F.linear(x, weight.T, self.take(f'{name}.bias', outputs))

    def embedded(self, width):
        table = torch.cat([self.take('embedding.unknown', 2, width), self.take('embedding.seen', 3, width)])
        return F.embedding(codes, table)

    def layer_norm(self, name, x):
        width = x.shape[-1]
        scale = self.take(f'{name}.scale', width)
        return F.layer_norm(x, (width,), scale, self.take(f'{name}.shift', width))

    def batch_norm(self, name, x):
        width = x.shape[-1]
        scale, shift = self.take(f'{name}.scale', width), self.take(f'{name}.shift', width)
        mean, variance = self.take(f'{name}.mean', width), self.take(f'{name}.variance', width)
        return F.batch_norm(x, mean, variance.abs() + 0.5, scale, shift)


def flat(p):
    return torch.cat([given, missing, p.embedded(4).flatten(1)], 1)


def mlp(p):
    x = flat(p)
    for at, units in enumerate([5, 4]):
        x = F.relu(p.dense(f'hidden{at}', x, units))
    return p.dense('head', x, 2)


def tabular_resnet(p):
    x = p.dense('first', flat(p), 6)
    for at in range(2):
        wide = F.relu(p.dense(f'block{at}.wide', p.batch_norm(f'block{at}.norm', x), 12))
        x = x + p.dense(f'block{at}.narrow', wide, 6)
    return p.dense('head', F.relu(p.batch_norm('norm', x)), 2)


def ft_transformer(p):
    width, heads = 4, 2
    embedded = p.embedded(width)
    answer = p.take('token.answer', 1, 1, width).expand(rows, 1, width)
    tokens = given[:, :, None] * p.take('token.number.slope', 3, width) + p.take('token.number.shift', 3, width)
    sign = missing * p.take('token.missing', 1, width)
    tokens = torch.stack([tokens[:, 0], tokens[:, 1] + sign, tokens[:, 2]], 1)
    x = torch.cat([answer, tokens, embedded + p.take('token.code.shift', 2, width)], 1)
    for at in range(2):
        name = f'block{at}'
        seen = x if at == 0 else p.layer_norm(f'{name}.norm1', x)
        query, query_bias = p.take(f'{name}.query.weight', width, width), p.take(f'{name}.query.bias', width)
        pair, pair_bias = p.take(f'{name}.seen.weight', width, 2 * width), p.take(f'{name}.seen.bias', 2 * width)
        out, out_bias = p.take(f'{name}.out.weight', width, width), p.take(f'{name}.out.bias', width)
        attended, _ = F.multi_head_attention_forward(
            seen.transpose(0, 1), seen.transpose(0, 1), seen.transpose(0, 1), width, heads,
            torch.cat([query.T, pair.T]), torch.cat([query_bias, pair_bias]), None, None, False, 0.0, out.T, out_bias,
            training=False)
        x = x + attended.transpose(0, 1)
        fed = p.dense(f'{name}.fed1', p.layer_norm(f'{name}.norm2', x), 10)
        x = x + p.dense(f'{name}.fed2', fed[..., :5] * F.relu(fed[..., 5:]), width)
    return p.dense('head', F.relu(p.layer_norm('norm', x[:, 0])), 2)


results = {}
for network in [mlp, tabular_resnet, ft_transformer]:
    parameters = Parameters()
    outputs = network(parameters).flatten().tolist()
    results[network.__name__] = {'parameters': parameters, 'outputs': [float(f'{each:.12g}') for each in outputs]}
print(json.dumps({'program': f'PyTorch {torch.__version__}', 'networks': results}))
