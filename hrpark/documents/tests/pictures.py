"""Licences as a phone takes them: drawn here, turned a little, blurred, noisy, as JPEG. No real licence is kept anywhere."""

import io
from pathlib import Path

import numpy
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from hrpark.documents.fonts import folders

BUSINESS = {
    "名称": "广州启航人力资源有限公司", "类型": "有限责任公司（自然人投资或控股）", "法定代表人": "周启明", "注册资本": "贰佰万元人民币",
    "成立日期": "2019年05月20日", "住所": "广州市黄埔区科学大道99号科汇金谷二街8号/701房",
    "经营范围": "商务服务业（具体经营项目请登录国家企业信用信息公示系统查询。）",
}  # fmt: skip
HR = {
    "机构名称": "广州启航人力资源有限公司", "法定代表人": "周启明", "住所": "广州市黄埔区科学大道99号", "服务范围": "职业中介活动、人力资源供求信息收集和发布",
    "编号": "（粤）人服证字〔2024〕第0112001号", "有效期": "2024年01月08日至2029年01月07日", "发证机关": "广州市黄埔区人力资源和社会保障局",
}  # fmt: skip


def _font(size: int) -> ImageFont.FreeTypeFont:
    file = next(f for folder in folders() for f in sorted(Path(folder).iterdir()) if f.suffix in (".ttf", ".otf", ".ttc"))
    return ImageFont.truetype(str(file), size)


def business_licence(code: str, **over: str) -> Image.Image:
    said = BUSINESS | over
    image = Image.new("RGB", (1500, 1060), "#f4ead2")
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 40, 1460, 1020), outline="#b58b3c", width=6)
    draw.text((620, 90), "营业执照", font=_font(64), fill="#222")
    draw.text((110, 110), "统一社会信用代码", font=_font(26), fill="#333")
    draw.text((110, 150), code, font=_font(32), fill="#111")
    for n, label in enumerate(("名称", "类型", "法定代表人", "经营范围")):
        _row(draw, 110, 320 + n * 110, label, said[label], 300, 14)
    for n, label in enumerate(("注册资本", "成立日期", "住所")):
        _row(draw, 840, 320 + n * 110, label, said[label], 1010, 13)
    draw.text((1050, 900), "登记机关", font=_font(28), fill="#333")
    return image


def hr_licence(**over: str) -> Image.Image:
    said = HR | over
    image = Image.new("RGB", (1300, 980), "#eef3f7")
    draw = ImageDraw.Draw(image)
    draw.text((360, 60), "人力资源服务许可证", font=_font(60), fill="#222")
    for n, (label, value) in enumerate(said.items()):
        _row(draw, 130, 210 + n * 95, label, value, 360, 26)
    return image


def _row(draw: ImageDraw.ImageDraw, x: int, y: int, label: str, value: str, at: int, longest: int) -> None:
    draw.text((x, y), label, font=_font(30), fill="#444")
    for n in range(0, len(value), longest):
        draw.text((at, y + n // longest * 42), value[n : n + longest], font=_font(30), fill="#111")


def photographed(image: Image.Image, *, degrees: float = 0.0, blur: float = 0.0, noise: int = 0, quality: int = 90) -> bytes:
    """As JPEG, turned, out of focus and with the noise of a dark room; the same on every machine."""
    table = Image.new("RGB", (image.width + 160, image.height + 160), "#5b5348")
    table.paste(image, (80, 80))
    turned = table.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor="#5b5348").filter(
        ImageFilter.GaussianBlur(blur)
    )
    grains = numpy.random.default_rng(7).integers(-noise, noise + 1, (turned.height, turned.width, 3), dtype=numpy.int16)
    noisy = Image.fromarray(numpy.clip(numpy.asarray(turned, dtype=numpy.int16) + grains, 0, 255).astype(numpy.uint8))
    out = io.BytesIO()
    noisy.save(out, "JPEG", quality=quality)
    return out.getvalue()
