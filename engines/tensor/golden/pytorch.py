"""
Golden values of PyTorch 1.13 (Debian 12: apt-get install python3-torch), in double: value and gradients of each call below at
inputs that are a plain sine, so that the test can make the same ones.

    python3 pytorch.py > pytorch-1.13.json

A result is weighed by the same kind of numbers and summed; `loss` is that sum, `gradients` its gradients by input.
"""
import json, math
import torch
import torch.nn.functional as F
torch.set_default_dtype(torch.float64)


def wave(count, phase):
    return torch.tensor([2 * math.sin(1.7 * at * at + phase + at) for at in range(count)])


def numbers(shape, index):
    return wave(math.prod(shape), index + 0.5).reshape(shape)


labels = torch.tensor([0, 2, 1, 2, 0])
truth = torch.tensor([0.0, 1, 1, 0, 1])


def lstm(x, w, u, b):
    return torch._VF.lstm(x, [torch.zeros(1, 2, 4)] * 2, [w.T, u.T, b, torch.zeros(16)], True, 1, 0.0, True, False, True)[0]


def gru(x, w, u, b, more):
    hidden = torch.cat([torch.zeros(8), more])
    return torch._VF.gru(x, torch.zeros(1, 2, 4), [w.T, u.T, b, hidden], True, 1, 0.0, True, False, True)[0]


def heads(q, k, v):
    return F.multi_head_attention_forward(
        q.transpose(0, 1), k.transpose(0, 1), v.transpose(0, 1), 6, 2, torch.eye(6).repeat(3, 1), torch.zeros(18), None, None,
        False, 0.0, torch.eye(6), torch.zeros(6), need_weights=False)[0].transpose(0, 1)


def ctc(x):
    return F.ctc_loss(F.log_softmax(x, 2).transpose(0, 1), torch.tensor([[1, 2, 2], [3, 1, 0]]), torch.tensor([7, 6]), torch.tensor([3, 2]), reduction='none')


def cox(risk):
    times, events = torch.tensor([3.0, 1, 2, 2, 5]), torch.tensor([1.0, 1, 0, 1, 0])
    seen = torch.where(times[None] >= times[:, None], risk[None], torch.tensor(-math.inf))
    return -((risk - torch.logsumexp(seen, 1)) * events).sum() / events.sum()


def contrastive(a, b):
    likeness = F.normalize(a) @ F.normalize(b).T / 0.2
    own = torch.arange(3)
    return (F.cross_entropy(likeness, own) + F.cross_entropy(likeness.T, own)) / 2


def focal(x):
    p = torch.sigmoid(x)
    pt = p * truth + (1 - p) * (1 - truth)
    return ((0.25 * truth + 0.75 * (1 - truth)) * (1 - pt) ** 2 * F.binary_cross_entropy_with_logits(x, truth, reduction='none')).mean()


def segment_softmax(x):
    parts = [torch.softmax(x[segments == at], 0) for at in range(3)]
    whole = torch.zeros_like(x)
    for at in range(3):
        whole = whole.index_put((torch.nonzero(segments == at)[:, 0],), parts[at])
    return whole


def seen(q, k, v, mask):
    scores = (q @ k.transpose(1, 2) / math.sqrt(q.shape[2])).masked_fill(~mask, -math.inf)
    return torch.softmax(scores, 2) @ v


segments = torch.tensor([0, 2, 1, 2, 0])
mask = torch.tensor([[True, True, False, True], [True, False, False, True], [False, True, True, True]])

cases = {
    'arithmetic': (lambda a, b: a * b + a / (b * b + 1) - b, [(2, 3), (3,)]),
    'maximum_minimum': (lambda a, b: torch.maximum(a, b) + torch.minimum(2 * a, b), [(2, 3), (3,)]),
    'exp_log_sqrt_pow': (lambda x: torch.exp(x) + torch.log(x * x + 0.1) + torch.sqrt(x * x + 0.1) + torch.pow(x * x + 0.1, 1.7), [(5,)]),
    'abs_sin_cos_neg': (lambda x: torch.abs(x) + torch.sin(x) * torch.cos(-x), [(5,)]),
    'where': (lambda a, b: torch.where(a > b, a * a, b), [(2, 3), (3,)]),
    'clamp': (lambda x: torch.clamp(x, -0.5, 1.2), [(8,)]),
    'erf': (torch.erf, [(5,)]),
    'sum_mean': (lambda x: x.sum((0, 2)) * x.mean((0, 2)), [(2, 3, 2)]),
    'amin': (lambda x: torch.amin(x, 1), [(2, 4)]),
    'permute_reshape_expand': (lambda x: x.permute(2, 0, 1).reshape(1, 4, 3).expand(2, 4, 3), [(2, 3, 2)]),
    'slice_pad_flip': (lambda x: F.pad(x[:, 1:5:2], (1, 2)) * x.flip(1), [(2, 5)]),
    'cat_split_stack': (lambda a, b: torch.stack([each.sum(1) for each in torch.split(torch.cat([a, b], 1) ** 2, [2, 3], 1)], 1), [(2, 3), (2, 2)]),
    'linear': (lambda x, w, b: F.linear(x, w.T, b), [(2, 3, 4), (4, 5), (5,)]),
    'einsum_three': (lambda a, b, c: torch.einsum('ab,bc,a->c', a, b, c), [(2, 3), (3, 4), (2,)]),
    'einsum_diagonal': (lambda x: torch.einsum('iij->ij', x), [(3, 3, 2)]),
    'rms_norm': (lambda x, w: x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-6) * w, [(3, 4), (4,)]),
    'batch_norm_eval': (lambda x, w, b: F.batch_norm(x, torch.tensor([0.5, -1.0]), torch.tensor([2.0, 0.3]), w, b, False), [(3, 2, 2), (2,), (2,)]),
    'segment_softmax': (segment_softmax, [(5, 2)]),
    'attention_causal': (lambda q, k, v: seen(q, k, v, torch.tril(torch.ones(3, 4, dtype=torch.bool), 1)), [(2, 3, 2), (2, 4, 2), (2, 4, 3)]),
    'attention_masked': (lambda q, k, v: seen(q, k, v, mask), [(2, 3, 2), (2, 4, 2), (2, 4, 3)]),
    'avg_pool1d': (lambda x: F.avg_pool1d(x, 3, 2, 1), [(2, 2, 7)]),
    'mse_weighted': (lambda x, y, w: (w * w * F.mse_loss(x, y, reduction='none')).sum() / (w * w).sum(), [(5,), (5,), (5,)]),
    'cross_entropy_sum': (lambda x: F.cross_entropy(x, labels, reduction='sum'), [(5, 3)]),
    'relu': (F.relu, [(2, 3)]),
    'leaky_relu': (lambda x: F.leaky_relu(x, 0.2), [(2, 3)]),
    'elu': (F.elu, [(2, 3)]),
    'gelu': (F.gelu, [(2, 3)]),
    'silu': (F.silu, [(2, 3)]),
    'softplus': (F.softplus, [(2, 3)]),
    'tanh': (torch.tanh, [(2, 3)]),
    'sigmoid': (torch.sigmoid, [(2, 3)]),
    'softmax': (lambda x: torch.softmax(x, 1), [(2, 3, 2)]),
    'log_softmax': (lambda x: torch.log_softmax(x, -1), [(2, 3)]),
    'logsumexp': (lambda x: torch.logsumexp(x, (0, 2)), [(2, 3, 2)]),
    'amax': (lambda x: torch.amax(x, (0, 2)), [(2, 3, 2)]),
    'var': (lambda x: torch.var(x, 1), [(2, 4)]),
    'cumsum': (lambda x: torch.cumsum(x, 1), [(2, 4)]),
    'matmul': (torch.matmul, [(2, 1, 3, 2), (3, 2, 4)]),
    'einsum': (lambda a, b: torch.einsum('nab,ncb->nca', a, b), [(2, 3, 2), (2, 4, 2)]),
    'layer_norm': (lambda x, w, b: F.layer_norm(x, (4,), w, b), [(3, 4), (4,), (4,)]),
    'group_norm': (lambda x, w, b: F.group_norm(x, 2, w, b), [(2, 4, 3), (4,), (4,)]),
    'batch_norm': (lambda x, w, b: F.batch_norm(x, None, None, w, b, True), [(3, 2, 2), (2,), (2,)]),
    'mse_loss': (F.mse_loss, [(5,), (5,)]),
    'l1_loss': (F.l1_loss, [(5,), (5,)]),
    'huber_loss': (lambda x, y: F.huber_loss(x, y, delta=0.7), [(5,), (5,)]),
    'cross_entropy': (lambda x: F.cross_entropy(x, labels), [(5, 3)]),
    'cross_entropy_smoothed': (lambda x: F.cross_entropy(x, labels, label_smoothing=0.1), [(5, 3)]),
    'binary_cross_entropy_with_logits': (lambda x: F.binary_cross_entropy_with_logits(x, truth), [(5,)]),
    'focal': (focal, [(5,)]),
    'gaussian_nll_loss': (lambda x, v, y: F.gaussian_nll_loss(x, y, v * v + 0.1), [(5,), (5,), (5,)]),
    'pinball': (lambda x, y: torch.maximum(0.9 * (y - x), -0.1 * (y - x)).mean(), [(5,), (5,)]),
    'cox': (cox, [(5,)]),
    'contrastive': (contrastive, [(3, 4), (3, 4)]),
    'ctc_loss': (ctc, [(2, 7, 4)]),
    'conv1d': (lambda x, w, b: F.conv1d(x, w, b, stride=2, padding=1, dilation=2), [(2, 3, 9), (4, 3, 3), (4,)]),
    'conv2d': (lambda x, w, b: F.conv2d(x, w, b, stride=(1, 2), padding=(1, 0), groups=2), [(2, 4, 4, 5), (4, 2, 3, 2), (4,)]),
    'conv_transpose1d': (lambda x, w, b: F.conv_transpose1d(x, w, b, stride=3, padding=1, output_padding=1), [(2, 3, 4), (3, 2, 3), (2,)]),
    'conv_transpose2d': (lambda x, w: F.conv_transpose2d(x, w, None, stride=2, padding=(0, 1), groups=2), [(1, 4, 2, 3), (4, 1, 2, 3)]),
    'max_pool1d': (lambda x: F.max_pool1d(x, 3, 2, 1), [(2, 2, 8)]),
    'max_pool2d': (lambda x: F.max_pool2d(x, 2), [(1, 2, 4, 6)]),
    'avg_pool2d': (lambda x: F.avg_pool2d(x, 2, 1, 1), [(1, 2, 3, 4)]),
    'multi_head_attention': (heads, [(2, 3, 6), (2, 4, 6), (2, 4, 6)]),
    'lstm': (lstm, [(2, 5, 3), (3, 16), (4, 16), (16,)]),
    'gru': (gru, [(2, 5, 3), (3, 12), (4, 12), (12,), (4,)]),
    'rfft_real': (lambda x: torch.fft.rfft(x)[:, :3].real, [(2, 8)]),
    'rfft_imaginary': (lambda x: torch.fft.rfft(x)[:, :3].imag, [(2, 8)]),
    'irfft': (lambda re, im: torch.fft.irfft(F.pad(torch.complex(re, im), (0, 2)), 8), [(2, 3), (2, 3)]),
    'index_add': (lambda x: torch.zeros(4, 2).index_add(0, labels, x), [(5, 2)]),
    'index_select': (lambda x: torch.index_select(x, 1, labels), [(2, 3)]),
}

optimisers = {
    'sgd': lambda p: torch.optim.SGD(p, 0.05),
    'sgd_momentum': lambda p: torch.optim.SGD(p, 0.05, momentum=0.9),
    'sgd_nesterov': lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    'adam': lambda p: torch.optim.Adam(p, 0.05, weight_decay=0.01),
    'adamw_cosine': lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.1),
    'adam_clipped_step': lambda p: torch.optim.Adam(p, 0.05),
}


def trained(name):
    """Ten steps on ½ Σ (a p - 1)² with a = numbers([6], 7)."""
    p = numbers([6], 0).requires_grad_()
    optimiser = optimisers[name]([p])
    schedule = {
        'adamw_cosine': lambda: torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 10, 0.001),
        'adam_clipped_step': lambda: torch.optim.lr_scheduler.StepLR(optimiser, 3, 0.5),
    }.get(name, lambda: torch.optim.lr_scheduler.LambdaLR(optimiser, lambda _: 1))()
    for _ in range(10):
        optimiser.zero_grad()
        (((numbers([6], 7) * p - 1) ** 2).sum() / 2).backward()
        if name == 'adam_clipped_step':
            torch.nn.utils.clip_grad_norm_([p], 0.5)
        optimiser.step()
        schedule.step()
    return [float(f'{value:.12g}') for value in p.tolist()]


result = {'program': f'PyTorch {torch.__version__}', 'operations': {}, 'optimisers': {name: trained(name) for name in optimisers}}
for name, (call, shapes) in cases.items():
    inputs = [numbers(shape, at).requires_grad_() for at, shape in enumerate(shapes)]
    value = call(*inputs)
    loss = (value * numbers(list(value.shape), 99)).sum()
    given = torch.autograd.grad(loss, inputs)
    result['operations'][name] = {
        'shapes': [list(shape) for shape in shapes],
        'loss': loss.item(),
        'gradients': [[float(f'{each:.12g}') for each in gradient.flatten().tolist()] for gradient in given],
    }
print('{\n"program": ' + json.dumps(result['program']) + ',\n"optimisers": {\n' + ',\n'.join(
    json.dumps(name) + ': ' + json.dumps(values) for name, values in result['optimisers'].items()) + '\n},\n"operations": {\n' + ',\n'.join(
    json.dumps(name) + ': ' + json.dumps(values) for name, values in result['operations'].items()) + '\n}\n}')
