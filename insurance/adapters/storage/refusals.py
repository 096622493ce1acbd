"""Why a file can't be evidence, in words for a parent. One list, whoever finds it out."""

from insurance.adapters.ports import ReadingRefused

_REASONS = {
    "empty_file": "文件是空的，请重新选择。",
    "too_large": "文件太大，请上传 20 MB 以内的文件。",
    "unsupported_type": "不支持这种文件。请上传 JPG、PNG、WebP、HEIC、TIFF 图片或 PDF。",
    "ofd_not_supported": "暂时读不了 OFD 文件。请到开票平台（电子票据公众号或查验网站）下载 PDF 版，或截图后上传。",
    "damaged_file": "文件不完整或已损坏，打不开，请重新拍照或重新导出。",
    "too_many_pixels": "图片尺寸过大，请用普通画质重新拍照。",
    "too_small": "图片太小，看不清字，请上传原图。",
    "too_many_pages": "页数太多，请只上传票据所在的页（20 页以内）。",
    "encrypted": "这个 PDF 设有密码，请去掉密码后再上传。",
    "active_content": "这个文件带有脚本或可执行内容，为了安全不能接收，请上传图片或普通 PDF。",
    "mixed_content": "这个文件里夹带了别的文件，为了安全不能接收，请重新拍照上传。",
    "too_complex": "这个文件内容过于复杂，无法打开，请改为拍照上传。",
    "unreadable": "这个文件打不开，请重新拍照，或换成 JPG、PDF 格式再上传。",
}


def refuse(code: str) -> ReadingRefused:
    """The refusal with its reason."""
    return ReadingRefused(code, _REASONS[code])
