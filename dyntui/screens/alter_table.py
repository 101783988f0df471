from dyntui.screens.drawer import Drawer
class AlterTableScreen(Drawer):
    def __init__(self,*a): super().__init__()
